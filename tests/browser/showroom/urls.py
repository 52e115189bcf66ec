"""Where each sample is shown."""

from django.urls import path

from showroom import forms, lists, live, records

urlpatterns = [
    path("live/", live.live),
    path("search/", lists.search),
    path("orders/", lists.orders),
    path("orders/new/", forms.new_order),
    path("orders/new/customers/", forms.customers),
    path("orders/new/items/", forms.items),
    path("orders/new/customer/", forms.new_customer),
    path("orders/filter/", forms.filter_editor),
    path("orders/builder/", forms.builder),
    path("orders/columns/", forms.columns),
    path("orders/repromise/", forms.repromise),
    path("orders/save-view/", forms.repromise),
    path("orders/<str:number>/promise/", forms.promise),
    path("orders/<str:number>/peek/", records.peek),
    path("orders/<str:number>/", records.order),
    path("undo/", lists.undo),
    *[path(f"{state}/", lists.nothing, {"state": state}) for state in lists.STATES],
]
