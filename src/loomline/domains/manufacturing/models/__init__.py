"""The tables of manufacturing, by noun."""

from loomline.domains.manufacturing.models.bill import Bill, BillLine, RouteStage, StageKind
from loomline.domains.manufacturing.models.genealogy import MaterialUse, WorkOutput
from loomline.domains.manufacturing.models.stage import StageState, WorkStage
from loomline.domains.manufacturing.models.work import WorkLine, WorkOrder, WorkState

__all__ = [
    "Bill",
    "BillLine",
    "MaterialUse",
    "RouteStage",
    "StageKind",
    "StageState",
    "WorkLine",
    "WorkOrder",
    "WorkOutput",
    "WorkStage",
    "WorkState",
]
