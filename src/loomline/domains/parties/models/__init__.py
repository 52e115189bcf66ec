"""The tables of parties, by noun."""

from loomline.domains.parties.models.contact import Address, AddressPurpose, ContactKind, ContactPoint
from loomline.domains.parties.models.fields import CodeField, CountryField, MailField, PhoneField, TaxField
from loomline.domains.parties.models.merge import Duplicate, Merge, Verdict
from loomline.domains.parties.models.party import Identifier, IdentifierScheme, Party, PartyKind, Role
from loomline.domains.parties.models.role import CustomerTerms, PartyRole, PortalAccess, SupplierTerms
from loomline.domains.parties.models.tie import BuyingRole, Relationship, TieKind

__all__ = [
    "Address",
    "AddressPurpose",
    "BuyingRole",
    "CodeField",
    "ContactKind",
    "ContactPoint",
    "CountryField",
    "CustomerTerms",
    "Duplicate",
    "Identifier",
    "IdentifierScheme",
    "MailField",
    "Merge",
    "Party",
    "PartyKind",
    "PartyRole",
    "PhoneField",
    "PortalAccess",
    "Relationship",
    "Role",
    "SupplierTerms",
    "TaxField",
    "TieKind",
    "Verdict",
]
