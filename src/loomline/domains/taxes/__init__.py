"""How much tax is due on what is sold, by country, class of goods, kind of customer and day.

Words: a *tax rate* belongs to a country and a tax class from a day on. A sale within our own country is
*domestic*; to a business with a VAT number elsewhere in the European Union it is under *reverse charge*, so
the customer accounts for the tax; to others in the Union it is a *distance* sale at the rate of their
country; to the rest of the world it is an *export*.
"""
