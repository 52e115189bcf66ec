"""The tables of parties, by noun."""

from loomline.domains.parties.models.contact import Address, AddressPurpose, ContactKind, ContactPoint
from loomline.domains.parties.models.fields import CodeField, CountryField, MailField, PhoneField, TaxField
from loomline.domains.parties.models.party import Identifier, IdentifierScheme, Party, PartyKind, Role
from loomline.domains.parties.models.role import CustomerTerms, PartyRole, PortalAccess, SupplierTerms
from loomline.domains.parties.models.tie import Relationship, TieKind

__all__ = [
    "Address",
    "AddressPurpose",
    "CodeField",
    "ContactKind",
    "ContactPoint",
    "CountryField",
    "CustomerTerms",
    "Identifier",
    "IdentifierScheme",
    "MailField",
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
]
