"""The pages of mail: a thread, a new letter, the words and files of a letter, connecting a mailbox."""

from __future__ import annotations

from django.urls import URLPattern, path

from loomline.domains.mail.pages import connect, grant, letter, thread, write

urlpatterns: list[URLPattern] = [
    path("mail/connect/", connect.connect_page),
    path("mail/connect/<int:pk>/", grant.ask_page),
    path("mail/connect/back/", grant.back_page),
    path("mail/providers/<int:pk>/secret/", grant.secret_page),
    path("mail/write/", write.write_page),
    path("mail/threads/<int:pk>/", thread.thread_page),
    path("mail/threads/<int:pk>/answer/", thread.answer_page),
    path("mail/threads/<int:pk>/link/", thread.link_page),
    path("mail/threads/<int:pk>/unlink/", thread.unlink_page),
    path("mail/letters/<int:pk>/body/", letter.body_page),
    path("mail/letters/<int:pk>/undo/", letter.undo_page),
    path("mail/attachments/<int:pk>/", letter.attachment_page),
]
