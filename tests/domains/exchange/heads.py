"""The head rows of four customer systems as their exports have them; the rows under them are made up."""

from __future__ import annotations

import csv
import io

STAMPS = "CreatedDate, CreatedById, LastModifiedDate, LastModifiedById, SystemModstamp, LastActivityDate"
DYNAMICS = "(Do Not Modify) {}, (Do Not Modify) Row Checksum, (Do Not Modify) Modified On"

# One line a table; heads with a comma in them do not occur.
HEADS: dict[tuple[str, str], str] = {
    ("salesforce", "accounts"): (
        "Id, IsDeleted, MasterRecordId, Name, Type, ParentId, BillingStreet, BillingCity, BillingState,"
        " BillingPostalCode, BillingCountry, BillingLatitude, BillingLongitude, BillingGeocodeAccuracy,"
        " BillingAddress, ShippingStreet, ShippingCity, ShippingState, ShippingPostalCode, ShippingCountry,"
        " ShippingLatitude, ShippingLongitude, ShippingGeocodeAccuracy, ShippingAddress, Phone, Fax,"
        " AccountNumber, Website, PhotoUrl, Sic, Industry, AnnualRevenue, NumberOfEmployees, Ownership,"
        f" TickerSymbol, Description, Rating, Site, OwnerId, {STAMPS}, LastViewedDate, LastReferencedDate,"
        " Jigsaw, JigsawCompanyId, CleanStatus, AccountSource, DunsNumber, Tradestyle, NaicsCode, NaicsDesc,"
        " YearStarted, SicDesc, DandbCompanyId"
    ),
    ("salesforce", "contacts"): (
        "Id, IsDeleted, MasterRecordId, AccountId, LastName, FirstName, Salutation, Name, OtherStreet,"
        " OtherCity, OtherState, OtherPostalCode, OtherCountry, MailingStreet, MailingCity, MailingState,"
        " MailingPostalCode, MailingCountry, Phone, Fax, MobilePhone, HomePhone, OtherPhone, AssistantPhone,"
        " ReportsToId, Email, Title, Department, AssistantName, LeadSource, Birthdate, Description, OwnerId,"
        f" {STAMPS}, LastCURequestDate, LastCUUpdateDate, EmailBouncedReason, EmailBouncedDate,"
        " IsEmailBounced, Jigsaw, JigsawContactId, IndividualId"
    ),
    ("salesforce", "leads"): (
        "Id, IsDeleted, MasterRecordId, LastName, FirstName, Salutation, Name, Title, Company, Street, City,"
        " State, PostalCode, Country, Latitude, Longitude, Address, Phone, MobilePhone, Fax, Email, Website,"
        " PhotoUrl, Description, LeadSource, Status, Industry, Rating, AnnualRevenue, NumberOfEmployees,"
        " OwnerId, IsConverted, ConvertedDate, ConvertedAccountId, ConvertedContactId,"
        f" ConvertedOpportunityId, IsUnreadByOwner, {STAMPS}, EmailBouncedReason, EmailBouncedDate"
    ),
    ("salesforce", "opportunities"): (
        "Id, IsDeleted, AccountId, IsPrivate, Name, Description, StageName, Amount, Probability,"
        " ExpectedRevenue, TotalOpportunityQuantity, CloseDate, Type, NextStep, LeadSource, IsClosed, IsWon,"
        " ForecastCategory, ForecastCategoryName, CampaignId, HasOpportunityLineItem, Pricebook2Id, OwnerId,"
        f" {STAMPS}, FiscalQuarter, FiscalYear, Fiscal, LastViewedDate, LastReferencedDate,"
        " HasOpenActivity, HasOverdueTask"
    ),
    ("salesforce", "cases"): (
        "Id, IsDeleted, MasterRecordId, CaseNumber, ContactId, AccountId, AssetId, ParentId, SuppliedName,"
        " SuppliedEmail, SuppliedPhone, SuppliedCompany, Type, Status, Reason, Origin, Subject, Priority,"
        " Description, IsClosed, ClosedDate, IsEscalated, OwnerId, CreatedDate, CreatedById,"
        " LastModifiedDate, LastModifiedById, SystemModstamp, ContactPhone, ContactMobile, ContactEmail,"
        " ContactFax, Comments, LastViewedDate, LastReferencedDate"
    ),
    ("hubspot", "companies"): (
        "Record ID, Company name, Company Domain Name, Company owner, Additional Domains, Annual Revenue,"
        " City, Close Date, Country/Region, Create Date, Description, First Contact Create Date, Industry,"
        " Last Activity Date, Last Contacted, Last Modified Date, Lead Status, Lifecycle Stage,"
        " LinkedIn Company Page, Merged Company IDs, Next Activity Date, Number of Associated Contacts,"
        " Number of Associated Deals, Number of Employees, Original Traffic Source, Parent Company,"
        " Phone Number, Postal Code, Recent Deal Amount, Recent Deal Close Date, State/Region,"
        " Street Address, Street Address 2, Target Account, Time Zone, Total Revenue, Type, Website URL,"
        " Year Founded"
    ),
    ("hubspot", "contacts"): (
        "Record ID, First Name, Last Name, Annual Revenue, Buying Role, City, Close Date, Company Name,"
        " Company size, Contact owner, Contact unworked, Country/Region, Country/Region Code, Create Date,"
        ' Created by user ID, Date entered "Customer (Lifecycle Stage Pipeline)", Days To Close, Email,'
        " Email Domain, HubSpot Score, Industry, Job Title, Last Activity Date, Last Contacted,"
        " Last Modified Date, Latest Traffic Source, Lead response time (HH:mm:ss), Lead Status,"
        " Legal basis for processing contact's data, Lifecycle Stage, LinkedIn URL,"
        " Marketing contact status, Merged Contact IDs, Message, Mobile Phone Number, Next Activity Date,"
        " Number of Associated Deals, Number of Employees, Number of Sales Activities,"
        " Number of times contacted, Opted out of email: Marketing Information, Original Traffic Source,"
        " Original Traffic Source Drill-Down 1, Owner assigned date, Phone Number, Postal Code,"
        " Preferred language, Record source, Salutation, State/Region, Street Address, Time Zone,"
        " Unsubscribed from all email, Website URL, WhatsApp Phone Number, Work email, Associated Note,"
        " Associated Deal, Associated Company, Associated Company (Primary), Associated Deal IDs,"
        " Associated Company IDs, Associated Company IDs (Primary), Associated Ticket IDs"
    ),
    ("hubspot", "deals"): (
        "Record ID, Actual duration (HH:mm:ss), Amount, Amount in company currency, Annual contract value,"
        " Annual recurring revenue, Close Date, Closed Lost Reason, Closed Won Reason, Create Date,"
        " Days to close, Deal Collaborator, Deal Description, Deal Name, Deal owner, Deal probability,"
        " Deal Stage, Deal Tags, Deal Type, Exchange rate, Forecast amount, Forecast category,"
        " Forecast probability, HubSpot Team, Is closed lost, Is Closed Won, Is Deal Closed?,"
        " Last Activity Date, Last Modified Date, Merged Deal IDs, Monthly recurring revenue,"
        " Next Activity Date, Next step, Number of Associated Contacts, Number of Associated Line Items,"
        " Pipeline, Priority, Record source, Total contract value, Weighted amount,"
        " Weighted amount in company currency, Associated Company, Associated Contact,"
        " Associated Company (Primary), Associated Line item, Associated Quote, Associated Note,"
        " Associated Company IDs, Associated Contact IDs, Associated Company IDs (Primary),"
        " Associated Line item IDs, Associated Quote IDs, Associated Note IDs"
    ),
    ("hubspot", "tickets"): (
        "Ticket ID, Record ID, Ticket name, Ticket description, Pipeline, Ticket status, Priority, Category,"
        " Source, Resolution, Ticket owner, Create date, Close date, Last activity date,"
        " Last contacted date, Last customer reply date, Last modified date, First agent response date,"
        " Time to close, Time to first agent email reply, Time to First Response SLA Due Date,"
        " Time to Close SLA Due Date, Time to First Response SLA Status, Time to Close SLA Ticket Status,"
        " SLA Pause Status, Last CES survey rating, Merged Ticket IDs, Ticket Tags,"
        " Number of times contacted"
    ),
    # What HubSpot called them before, by the names that programs use.
    ("hubspot", "contacts by internal names"): (
        "hs_object_id, firstname, lastname, email, phone, jobtitle, company, lifecyclestage,"
        " hubspot_owner_id, createdate, hs_lead_status, country, city, zip"
    ),
    ("dynamics", "accounts"): (
        f"{DYNAMICS.format('Account')}, Account Name, Main Phone, Address 1: City, Primary Contact,"
        " Email (Primary Contact), Website, Relationship Type, Number of Employees, Annual Revenue,"
        " Industry, Owner, Address 1: Street 1, Address 1: ZIP/Postal Code, Address 1: Country/Region,"
        " Description, Currency"
    ),
    ("dynamics", "contacts"): (
        f"{DYNAMICS.format('Contact')},  Full Name, First Name, Last Name, Job Title, Company Name, Email,"
        " Business Phone, Mobile Phone, Address 1: City"
    ),
    ("dynamics", "leads"): (
        f"{DYNAMICS.format('Lead')}, Topic, First Name, Last Name, Job Title, Company Name, Email,"
        " Business Phone, Country, State or Province, Description, Lead Source, Rating, Source Campaign"
    ),
    ("dynamics", "opportunities"): (
        f"{DYNAMICS.format('Opportunity')}, Topic, Potential Customer, Account, Contact, Est. close date,"
        " Est. revenue, Probability, Rating, Forecast category, Status, Status Reason, Actual Close Date,"
        " Actual Revenue, Originating Lead, Source Campaign, Owner"
    ),
    ("dynamics", "cases"): (
        f"{DYNAMICS.format('Case')}, Case Title, Case Number, Priority, Origin, Customer, Owner, Status,"
        " Status Reason, Case Type, Created On"
    ),
    ("zoho", "leads"): (
        "Record Id, Lead Owner.id, Lead Owner, Company, First Name, Last Name, Lead Name, Title, Email,"
        " Phone, Mobile, Website, Lead Source, Lead Status, Industry, No. of Employees, Annual Revenue,"
        " Rating, Created Time, Modified Time, Street, City, State, Zip Code, Country, Description,"
        " Email Opt Out, Is Converted, Converted Account.id, Converted Contact.id, Converted Deal.id"
    ),
    ("zoho", "accounts"): (
        "Record Id, Account Owner.id, Account Owner, Account Name, Phone, Website, Account Type, Industry,"
        " Ownership, Employees, Annual Revenue, Rating, Parent Account.id, Billing Street, Billing City,"
        " Billing State, Billing Code, Billing Country, Shipping Street, Shipping City, Shipping State,"
        " Shipping Code, Shipping Country, Description, Created Time, Modified Time, Last Activity Time"
    ),
    ("zoho", "contacts"): (
        "Record Id, Contact Owner.id, Contact Owner, First Name, Last Name, Contact Name, Account Name.id,"
        " Account Name, Email, Secondary Email, Phone, Mobile, Title, Department, Date of Birth,"
        " Mailing Street, Mailing City, Mailing State, Mailing Zip, Mailing Country, Email Opt Out,"
        " Lead Source, Description, Created Time, Modified Time"
    ),
    ("zoho", "deals"): (
        "Record Id, Deal Owner.id, Deal Owner, Amount, Deal Name, Closing Date, Account Name.id,"
        " Account Name, Contact Name.id, Contact Name, Pipeline, Stage, Type, Probability (%),"
        " Expected Revenue, Lead Source, Campaign Source.id, Next Step, Currency, Reason For Loss,"
        " Created By.id, Modified By.id, Modified By, Created Time, Modified Time, Last Activity Time,"
        " Sales Cycle Duration, Overall Sales Duration, Change Log Time, Locked"
    ),
    ("zoho", "cases"): (
        "Record Id, Case Owner.id, Case Number, Subject, Status, Type, Priority, Case Origin, Case Reason,"
        " Product Name.id, Account Name.id, Deal Name.id, Related To.id, Reported By, Email, Phone,"
        " Description, Solution, Created Time, Modified Time"
    ),
}
# Reports, views and older exports: they must be told too.
OTHER_HEADS: dict[tuple[str, str], str] = {
    ("salesforce", "contacts"): (
        "Account Name, Contact ID, First Name, Last Name, Title, Mailing Street, Mailing City,"
        " Mailing State/Province, Mailing Zip/Postal Code, Mailing Country, Phone, Fax, Mobile, Email,"
        " Account Owner, Account ID"
    ),
    ("salesforce", "accounts"): (
        "Account Name, Annual Revenue, Billing Street, Billing City, Billing State/Province,"
        " Billing Zip/Postal Code, Billing Country, Description, Employees, Fax, Industry, Phone,"
        " Shipping Street, Shipping City, Type, Website"
    ),
    ("salesforce", "leads"): (
        "Lead Source, First Name, Last Name, Email, Phone, Lead Status, Owner Alias, Created Date"
    ),
    ("dynamics", "accounts"): (
        f"{DYNAMICS.format('Account')}, Account Name, Main Phone, Address 1: City, Primary Contact,"
        " Email (Primary Contact)"
    ),
    ("zoho", "accounts"): (
        "Record Id, Account Owner(Account Owner).id, Account Owner(Account Owner), Account Name,"
        " Created Time(Created Time), Billing Address - City, Billing Address - State / Province,"
        " Billing Address - Country / Region"
    ),
    ("zoho", "deals"): (
        "Potential Name, Potential Owner, Created Time, Closing Date, Amount, Expected Revenue, Stage,"
        " Forecast Type, Type, Lead Source, Probability"
    ),
}


def heads(system: str, table: str, where: dict[tuple[str, str], str] | None = None) -> list[str]:
    """The heads of a table; two blanks before one keep the blank that the export has there."""
    found = (HEADS if where is None else where)[(system, table)].split(",")
    return [head[1:] if head.startswith("  ") else head.strip() for head in found]


def table(
    columns: list[str], *rows: dict[str, str] | list[str], encoding: str = "utf-8", delimiter: str = ","
) -> bytes:
    """A file with these heads and rows; a row may name the cells it fills."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(columns)
    for row in rows:
        unknown = set(row) - set(columns) if isinstance(row, dict) else set()
        assert not unknown, f"{unknown} are no heads of this table"
        writer.writerow(row if isinstance(row, list) else [row.get(column, "") for column in columns])
    return text.getvalue().encode(encoding)


def made(system: str, name: str, *rows: dict[str, str]) -> bytes:
    """A file with the heads of a table and rows that name their cells."""
    return table(heads(system, name), *rows)
