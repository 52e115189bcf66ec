"""How full places are, where goods are put, and what is on its way between sites."""

from loomline.domains.storage.queries.putaway import Placement, proposed
from loomline.domains.storage.queries.rooms import Goods, Room, goods_of, load_of_bins, rooms
from loomline.domains.storage.queries.transfers import arriving

__all__ = ["Goods", "Placement", "Room", "arriving", "goods_of", "load_of_bins", "proposed", "rooms"]
