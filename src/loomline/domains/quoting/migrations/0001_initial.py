import django.core.validators
import django.db.models.deletion
import loomline.kernel.money
import loomline.kernel.state
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("sales", "0004_open_orders_by_day"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Terms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=16, unique=True, verbose_name="language")),
                ("text", models.TextField(verbose_name="terms")),
            ],
            options={
                "verbose_name": "terms of sale",
                "verbose_name_plural": "terms of sale",
                "ordering": ["language"],
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    loomline.kernel.state.StateField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("approved", "Approved"),
                            ("refused", "Not approved"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="waiting",
                        max_length=24,
                        verbose_name="state",
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("note", models.TextField(blank=True, verbose_name="why it should be approved")),
                ("why", models.CharField(blank=True, max_length=300, verbose_name="what is beyond")),
                ("fingerprint", models.CharField(editable=False, max_length=64)),
                (
                    "net",
                    loomline.kernel.money.AmountField(
                        decimal_places=4, default=0, max_digits=19, verbose_name="net"
                    ),
                ),
                ("currency", loomline.kernel.money.CurrencyField(max_length=3, verbose_name="currency")),
                (
                    "discount",
                    models.DecimalField(decimal_places=6, default=0, max_digits=9, verbose_name="discount"),
                ),
                (
                    "margin",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=9, null=True, verbose_name="margin"
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "quote",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="sales.quote",
                        verbose_name="quote",
                    ),
                ),
            ],
            options={
                "verbose_name": "approval",
                "verbose_name_plural": "approvals",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ApprovalDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("policy", models.CharField(max_length=80, verbose_name="policy")),
                ("level", models.PositiveSmallIntegerField(verbose_name="level")),
                (
                    "measure",
                    models.CharField(
                        choices=[
                            ("discount", "Discount of the whole quote"),
                            ("line_discount", "Largest discount of a line"),
                            ("margin", "Margin of the whole quote"),
                            ("line_margin", "Smallest margin of a line"),
                        ],
                        max_length=16,
                        verbose_name="looks at",
                    ),
                ),
                ("threshold", models.DecimalField(decimal_places=6, max_digits=7, verbose_name="threshold")),
                (
                    "value",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=9, null=True, verbose_name="value"
                    ),
                ),
                ("four_eyes", models.BooleanField(default=False, verbose_name="four eyes")),
                (
                    "state",
                    loomline.kernel.state.StateField(
                        choices=[("waiting", "Waiting"), ("agreed", "Agreed"), ("refused", "Refused")],
                        default="waiting",
                        max_length=24,
                        verbose_name="state",
                    ),
                ),
                ("at", models.DateTimeField(blank=True, null=True, verbose_name="at")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                (
                    "approval",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="decisions",
                        to="quoting.approval",
                        verbose_name="approval",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.role",
                        verbose_name="decided by",
                    ),
                ),
            ],
            options={
                "verbose_name": "decision",
                "verbose_name_plural": "decisions",
                "ordering": ["approval", "policy", "level", "id"],
            },
        ),
        migrations.CreateModel(
            name="ApprovalPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                (
                    "measure",
                    models.CharField(
                        choices=[
                            ("discount", "Discount of the whole quote"),
                            ("line_discount", "Largest discount of a line"),
                            ("margin", "Margin of the whole quote"),
                            ("line_margin", "Smallest margin of a line"),
                        ],
                        default="discount",
                        max_length=16,
                        verbose_name="looks at",
                    ),
                ),
                (
                    "own_authority",
                    models.BooleanField(
                        default=True,
                        help_text="Who holds the role of a step may send such quotes without asking. Off: four eyes.",
                        verbose_name="own authority",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: for everybody.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.team",
                        verbose_name="for the team",
                    ),
                ),
            ],
            options={
                "verbose_name": "approval policy",
                "verbose_name_plural": "approval policies",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="ApprovalStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("level", models.PositiveSmallIntegerField(default=1, verbose_name="level")),
                (
                    "threshold",
                    models.DecimalField(
                        decimal_places=6,
                        help_text="As a fraction: 0.10 is 10 %. Discounts above it and margins below it are decided on.",
                        max_digits=7,
                        verbose_name="threshold",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="quoting.approvalpolicy",
                        verbose_name="policy",
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.role",
                        verbose_name="decided by",
                    ),
                ),
            ],
            options={
                "verbose_name": "approval step",
                "verbose_name_plural": "approval steps",
                "ordering": ["policy", "level", "id"],
            },
        ),
        migrations.CreateModel(
            name="Letterhead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "colour",
                    models.CharField(
                        default="#3b4cca",
                        max_length=7,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^#[0-9a-fA-F]{6}$", "Write the colour as #3b4cca."
                            )
                        ],
                        verbose_name="colour",
                    ),
                ),
                ("logo", models.TextField(blank=True, help_text="The file as base64.", verbose_name="logo")),
                ("logo_kind", models.CharField(blank=True, max_length=4, verbose_name="kind of the logo")),
                (
                    "opening",
                    models.CharField(blank=True, max_length=300, verbose_name="first sentence of a quote"),
                ),
            ],
            options={
                "verbose_name": "letterhead",
                "verbose_name_plural": "letterheads",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="quoting_one_letterhead")
                ],
            },
        ),
        migrations.CreateModel(
            name="OfferLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="sent to")),
                ("nonce", models.CharField(editable=False, max_length=32)),
                ("created_at", models.DateTimeField(editable=False, verbose_name="made")),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
                (
                    "withdrawn_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="withdrawn"),
                ),
                (
                    "first_opened_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="first read"),
                ),
                (
                    "last_opened_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last read"),
                ),
                (
                    "opened_count",
                    models.PositiveIntegerField(default=0, editable=False, verbose_name="times read"),
                ),
                (
                    "quote",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offer_links",
                        to="sales.quote",
                        verbose_name="quote",
                    ),
                ),
            ],
            options={
                "verbose_name": "offer link",
                "verbose_name_plural": "offer links",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="who asks")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("text", models.TextField(verbose_name="question")),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="answered"),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="answered by",
                    ),
                ),
                (
                    "quote",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="sales.quote",
                        verbose_name="quote",
                    ),
                ),
            ],
            options={
                "verbose_name": "question",
                "verbose_name_plural": "questions",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="SentPaper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("body", models.BinaryField(verbose_name="file")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("size", models.PositiveIntegerField(verbose_name="size")),
                ("language", models.CharField(max_length=16, verbose_name="language")),
                ("terms", models.TextField(blank=True, verbose_name="terms")),
                ("made_at", models.DateTimeField(verbose_name="made")),
                (
                    "quote",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sent_papers",
                        to="sales.quote",
                        verbose_name="quote",
                    ),
                ),
            ],
            options={
                "verbose_name": "sent paper",
                "verbose_name_plural": "sent papers",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[("accepted", "Accepted"), ("declined", "Declined")],
                        max_length=8,
                        verbose_name="answer",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name as typed")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("address", models.GenericIPAddressField(blank=True, null=True, verbose_name="from address")),
                ("agent", models.CharField(blank=True, max_length=300, verbose_name="browser")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256 of the paper")),
                ("statement", models.TextField(blank=True, verbose_name="what was agreed to")),
                ("terms", models.TextField(blank=True, verbose_name="terms")),
                ("taken", models.JSONField(blank=True, default=list, verbose_name="options taken")),
                (
                    "total",
                    loomline.kernel.money.AmountField(
                        decimal_places=4, default=0, max_digits=19, verbose_name="total"
                    ),
                ),
                ("currency", loomline.kernel.money.CurrencyField(max_length=3, verbose_name="currency")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sales.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "quote",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="sales.quote",
                        verbose_name="quote",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="quoting.offerlink",
                        verbose_name="link",
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="quoting.sentpaper",
                        verbose_name="paper",
                    ),
                ),
            ],
            options={
                "verbose_name": "evidence",
                "verbose_name_plural": "evidence",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Dispatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("to", models.EmailField(max_length=254, verbose_name="to")),
                (
                    "state",
                    loomline.kernel.state.StateField(
                        choices=[("waiting", "Waiting"), ("sent", "Sent"), ("failed", "Failed")],
                        default="waiting",
                        max_length=24,
                        verbose_name="state",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("error", models.CharField(blank=True, max_length=300, verbose_name="what went wrong")),
                (
                    "quote",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispatches",
                        to="sales.quote",
                        verbose_name="quote",
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="quoting.offerlink",
                        verbose_name="link",
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="quoting.sentpaper",
                        verbose_name="paper",
                    ),
                ),
            ],
            options={
                "verbose_name": "dispatch",
                "verbose_name_plural": "dispatches",
                "ordering": ["-id"],
            },
        ),
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(fields=["quote", "-id"], name="quoting_approval_quote"),
        ),
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(fields=["state", "-id"], name="quoting_approval_state"),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")),
                fields=("quote",),
                name="quoting_approval_once",
                violation_error_message="Somebody is asked about this quote already.",
            ),
        ),
        migrations.AddIndex(
            model_name="approvaldecision",
            index=models.Index(fields=["approval", "policy", "level"], name="quoting_decision_approval"),
        ),
        migrations.AddIndex(
            model_name="approvaldecision",
            index=models.Index(fields=["role", "state"], name="quoting_decision_role"),
        ),
        migrations.AddIndex(
            model_name="approvalstep",
            index=models.Index(fields=["policy", "level"], name="quoting_step_policy"),
        ),
        migrations.AddConstraint(
            model_name="approvalstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("threshold__gte", 0), ("threshold__lte", 1)),
                name="quoting_step_threshold",
                violation_error_message="A threshold lies between 0 and 100 percent.",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", "accepted"), _negated=True),
                    models.Q(("order__isnull", False), models.Q(("statement", ""), _negated=True)),
                    _connector="OR",
                ),
                name="quoting_evidence_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answer", "accepted")), fields=("quote",), name="quoting_accepted_once"
            ),
        ),
    ]
