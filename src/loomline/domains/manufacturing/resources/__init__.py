"""How work orders, stages and the genealogy are shown, entered, found and exported, by noun."""

from loomline.domains.manufacturing.resources.genealogy import MaterialUse, WorkOutput
from loomline.domains.manufacturing.resources.stages import WorkStage
from loomline.domains.manufacturing.resources.work import WorkOrder

__all__ = ["MaterialUse", "WorkOrder", "WorkOutput", "WorkStage"]
