"""Where each sample is shown."""

from django.urls import path

from showroom import boards, charts, forms, home, imports, lists, live, outside, pages, records, threads

STEPS = ("upload", "match", "files", "check", "run", "report")
BEFORE = ("login", "second_factor", "second_factor_setup", "recovery_codes", "reset", "message", "welcome")
ERRORS = ("400", "403", "404", "500", "403_csrf")

urlpatterns = [
    path("", home.tower),
    path("live/", live.live),
    path("search/", lists.search),
    path("undo/", lists.undo),
    path("chart/", charts.chart),
    path("calendar/", boards.calendar),
    path("opportunities/", boards.board),
    path("opportunities/move/", boards.move),
    path("opportunities/more/", boards.board_more),
    path("thread/<int:place>/", threads.thread),
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
    path("jobs/", pages.jobs),
    path("jobs/17/", pages.one_job),
    path("audit/", pages.audit),
    path("settings/", pages.settings),
    path("portal/", outside.portal),
    path("portal/orders/", outside.portal_list),
    path("refused/", pages.refused),
    path("styleguide/", pages.styleguide),
    *[path(f"import/{step}/", imports.importing, {"step": step}) for step in STEPS],
    *[path(f"auth/{name}/", outside.auth, {"name": name}) for name in BEFORE],
    *[path(f"error/{name}/", outside.error, {"name": name}) for name in ERRORS],
    *[path(f"{state}/", lists.nothing, {"state": state}) for state in lists.STATES],
]
