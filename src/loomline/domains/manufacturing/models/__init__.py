"""The tables of manufacturing, by noun."""

from loomline.domains.manufacturing.models.genealogy import MaterialUse, WorkOutput
from loomline.domains.manufacturing.models.stage import StageState, WorkStage
from loomline.domains.manufacturing.models.work import WorkKind, WorkLine, WorkOrder, WorkState

__all__ = [
    "MaterialUse",
    "StageState",
    "WorkKind",
    "WorkLine",
    "WorkOrder",
    "WorkOutput",
    "WorkStage",
    "WorkState",
]
