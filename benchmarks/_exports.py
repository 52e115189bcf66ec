"""Contacts and their companies as four customer systems export them, under the heads of their own files."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path

# So many contacts share a company.
STAFF = 5
TITLES = ("Buyer", "Head of Design", "Chief Financial Officer", "Assistant", "Production Planner")
PLACES = (("Porto", "4000-001", "Portugal"), ("Oslo", "0150", "Norway"), ("Lyon", "69001", "France"))
STAMPS = "CreatedDate, CreatedById, LastModifiedDate, LastModifiedById, SystemModstamp, LastActivityDate"
SALESFORCE_ACCOUNTS = (
    "Id, IsDeleted, MasterRecordId, Name, Type, ParentId, BillingStreet, BillingCity, BillingState,"
    " BillingPostalCode, BillingCountry, Phone, Fax, AccountNumber, Website, Industry, AnnualRevenue,"
    f" NumberOfEmployees, Description, Rating, OwnerId, {STAMPS}"
)
SALESFORCE_CONTACTS = (
    "Id, IsDeleted, MasterRecordId, AccountId, LastName, FirstName, Salutation, Name, OtherStreet,"
    " OtherCity, OtherState, OtherPostalCode, OtherCountry, MailingStreet, MailingCity, MailingState,"
    " MailingPostalCode, MailingCountry, Phone, Fax, MobilePhone, HomePhone, OtherPhone, AssistantPhone,"
    " ReportsToId, Email, Title, Department, AssistantName, LeadSource, Birthdate, Description, OwnerId,"
    f" {STAMPS}, LastCURequestDate, LastCUUpdateDate, EmailBouncedReason, EmailBouncedDate,"
    " IsEmailBounced, Jigsaw, JigsawContactId, IndividualId"
)
HUBSPOT_COMPANIES = (
    "Record ID, Company name, Company Domain Name, Company owner, Annual Revenue, City, Country/Region,"
    " Create Date, Industry, Last Modified Date, Lifecycle Stage, Number of Employees, Phone Number,"
    " Postal Code, State/Region, Street Address, Type, Website URL, Year Founded"
)
HUBSPOT_CONTACTS = (
    "Record ID, First Name, Last Name, Annual Revenue, Buying Role, City, Close Date, Company Name,"
    " Company size, Contact owner, Contact unworked, Country/Region, Country/Region Code, Create Date,"
    " Created by user ID, Days To Close, Email, Email Domain, HubSpot Score, Industry, Job Title,"
    " Last Activity Date, Last Contacted, Last Modified Date, Latest Traffic Source, Lead Status,"
    " Lifecycle Stage, LinkedIn URL, Marketing contact status, Merged Contact IDs, Message,"
    " Mobile Phone Number, Next Activity Date, Number of Associated Deals, Number of Sales Activities,"
    " Number of times contacted, Original Traffic Source, Original Traffic Source Drill-Down 1,"
    " Owner assigned date, Phone Number, Postal Code, Preferred language, Record source, Salutation,"
    " State/Region, Street Address, Time Zone, Unsubscribed from all email, Website URL, Work email,"
    " Associated Company, Associated Company IDs, Associated Company IDs (Primary), Associated Deal IDs"
)
DYNAMICS = "(Do Not Modify) {}, (Do Not Modify) Row Checksum, (Do Not Modify) Modified On"
DYNAMICS_ACCOUNTS = (
    f"{DYNAMICS.format('Account')}, Account Name, Main Phone, Address 1: City, Website, Relationship Type,"
    " Number of Employees, Annual Revenue, Industry, Owner, Address 1: Street 1,"
    " Address 1: ZIP/Postal Code, Address 1: Country/Region, Description"
)
DYNAMICS_CONTACTS = (
    f"{DYNAMICS.format('Contact')}, Full Name, First Name, Last Name, Job Title, Company Name, Email,"
    " Business Phone, Mobile Phone, Address 1: Street 1, Address 1: City, Address 1: ZIP/Postal Code,"
    " Address 1: Country/Region, Owner"
)
ZOHO_ACCOUNTS = (
    "Record Id, Account Owner.id, Account Owner, Account Name, Phone, Website, Account Type, Industry,"
    " Ownership, Employees, Annual Revenue, Rating, Parent Account.id, Billing Street, Billing City,"
    " Billing State, Billing Code, Billing Country, Description, Created Time, Modified Time"
)
ZOHO_CONTACTS = (
    "Record Id, Contact Owner.id, Contact Owner, First Name, Last Name, Contact Name, Account Name.id,"
    " Account Name, Email, Secondary Email, Phone, Mobile, Title, Department, Date of Birth,"
    " Mailing Street, Mailing City, Mailing State, Mailing Zip, Mailing Country, Email Opt Out,"
    " Lead Source, Description, Created Time, Modified Time"
)
MOMENT = "2024-05-06 07:08:09"


def write_export(folder: Path, system: str, rows: int) -> None:
    """Put the files of a takeover into a folder: so many contacts, and a fifth as many companies."""
    companies, contacts = SYSTEMS[system]
    for (name, heads, made), many in ((companies, -(-rows // STAFF)), (contacts, rows)):
        columns = [head.strip() for head in heads.split(",")]
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            lines = csv.DictWriter(file, columns, restval="")
            lines.writeheader()
            lines.writerows(map(made, range(many)))


def _place(n: int, street: str, city: str, code: str, country: str) -> dict[str, str]:
    """Where somebody is, under the heads of a system."""
    town, postcode, land = PLACES[n % len(PLACES)]
    return {street: f"Main Street {n}", city: town, code: postcode, country: land}


def _reach(n: int, mail: str, phone: str, mobile: str) -> dict[str, str]:
    """How somebody is reached; half have a mobile phone too."""
    found = {mail: f"ana.sa{n}@example.com", phone: f"+351 21 {n:07d}"[:16]}
    return {**found, mobile: f"+351 91{n:07d}"} if n % 2 else found


def _salesforce_account(n: int) -> dict[str, str]:
    place = _place(n, "BillingStreet", "BillingCity", "BillingPostalCode", "BillingCountry")
    told = {"Name": f"Company {n}", "Type": "Prospect", "Phone": f"+351 22{n:07d}", "Industry": "Textiles"}
    return {"Id": f"001D{n:014d}", **told, **place, "OwnerId": "005D0000000AAAAAAA", "CreatedDate": MOMENT}


def _salesforce_contact(n: int) -> dict[str, str]:
    return {
        "Id": f"003D{n:014d}",
        "AccountId": f"001D{n // STAFF:014d}",
        "FirstName": f"Ana {n}",
        "LastName": "Sá",
        "Name": f"Ana {n} Sá",
        "Title": TITLES[n % len(TITLES)],
        "Department": "Purchasing",
        "LeadSource": "Web",
        "OwnerId": "005D0000000AAAAAAA",
        "CreatedDate": MOMENT,
        "LastModifiedDate": MOMENT,
        **_reach(n, "Email", "Phone", "MobilePhone"),
        **_place(n, "MailingStreet", "MailingCity", "MailingPostalCode", "MailingCountry"),
    }


def _hubspot_company(n: int) -> dict[str, str]:
    place = _place(n, "Street Address", "City", "Postal Code", "Country/Region")
    told = {"Company name": f"Company {n}", "Company Domain Name": f"company{n}.example.com"}
    return {"Record ID": str(9_000_000 + n), **told, **place, "Lifecycle Stage": "Lead"}


def _hubspot_contact(n: int) -> dict[str, str]:
    return {
        "Record ID": str(1_000_000 + n),
        "First Name": f"Ana {n}",
        "Last Name": "Sá",
        "Job Title": TITLES[n % len(TITLES)],
        "Lifecycle Stage": ("Lead", "Customer")[n % 2],
        "Company Name": f"Company {n // STAFF}",
        "Associated Company": f"Company {n // STAFF}",
        "Associated Company IDs": str(9_000_000 + n // STAFF),
        "Associated Company IDs (Primary)": str(9_000_000 + n // STAFF),
        "Contact owner": "Mara Lind (mara@example.com)",
        "Create Date": MOMENT[:16],
        "Last Modified Date": MOMENT[:16],
        "Original Traffic Source": "Organic search",
        "Marketing contact status": "Marketing contact",
        **_reach(n, "Email", "Phone Number", "Mobile Phone Number"),
        **_place(n, "Street Address", "City", "Postal Code", "Country/Region"),
    }


def _guid(kind: int, n: int) -> str:
    return f"{kind:08d}-0000-4000-8000-{n:012d}"


def _dynamics_account(n: int) -> dict[str, str]:
    place = _place(n, "Address 1: Street 1", "Address 1: City", "Address 1: ZIP/Postal Code",
                   "Address 1: Country/Region")  # fmt: skip
    told = {"Account Name": f"Company {n}", "Main Phone": f"+351 22{n:07d}", "Industry": "Textiles"}
    return {"(Do Not Modify) Account": _guid(1, n), **told, **place}


def _dynamics_contact(n: int) -> dict[str, str]:
    return {
        "(Do Not Modify) Contact": _guid(2, n),
        "(Do Not Modify) Row Checksum": "q1w2e3==",
        "(Do Not Modify) Modified On": "6/22/2026 10:00 AM",
        "Full Name": f"Ana {n} Sá",
        "First Name": f"Ana {n}",
        "Last Name": "Sá",
        "Job Title": TITLES[n % len(TITLES)],
        "Company Name": f"Company {n // STAFF}",
        "Owner": "Mara Lind",
        **_reach(n, "Email", "Business Phone", "Mobile Phone"),
        **_place(n, "Address 1: Street 1", "Address 1: City", "Address 1: ZIP/Postal Code",
                 "Address 1: Country/Region"),
    }  # fmt: skip


def _zoho_account(n: int) -> dict[str, str]:
    place = _place(n, "Billing Street", "Billing City", "Billing Code", "Billing Country")
    told = {"Account Name": f"Company {n}", "Phone": f"+351 22{n:07d}", "Industry": "Textiles"}
    return {"Record Id": f"zcrm_{7_000_000 + n}", **told, **place, "Created Time": MOMENT}


def _zoho_contact(n: int) -> dict[str, str]:
    return {
        "Record Id": f"zcrm_{3_000_000 + n}",
        "Contact Owner.id": "zcrm_55",
        "Contact Owner": "Mara Lind",
        "First Name": f"Ana {n}",
        "Last Name": "Sá",
        "Contact Name": f"Ana {n} Sá",
        "Account Name.id": f"zcrm_{7_000_000 + n // STAFF}",
        "Account Name": f"Company {n // STAFF}",
        "Title": TITLES[n % len(TITLES)],
        "Department": "Purchasing",
        "Lead Source": "Web",
        "Created Time": MOMENT,
        "Modified Time": MOMENT,
        **_reach(n, "Email", "Phone", "Mobile"),
        **_place(n, "Mailing Street", "Mailing City", "Mailing Zip", "Mailing Country"),
    }


Table = tuple[str, str, Callable[[int], Mapping[str, str]]]
# By system the files with companies and with contacts: name, heads, and what makes the cells of a row.
SYSTEMS: Mapping[str, tuple[Table, Table]] = {
    "salesforce": (
        ("Account.csv", SALESFORCE_ACCOUNTS, _salesforce_account),
        ("Contact.csv", SALESFORCE_CONTACTS, _salesforce_contact),
    ),
    "hubspot": (
        ("companies.csv", HUBSPOT_COMPANIES, _hubspot_company),
        ("contacts.csv", HUBSPOT_CONTACTS, _hubspot_contact),
    ),
    "dynamics": (
        ("Accounts.csv", DYNAMICS_ACCOUNTS, _dynamics_account),
        ("Contacts.csv", DYNAMICS_CONTACTS, _dynamics_contact),
    ),
    "zoho": (
        ("Accounts_001.csv", ZOHO_ACCOUNTS, _zoho_account),
        ("Contacts_001.csv", ZOHO_CONTACTS, _zoho_contact),
    ),
}
