"""Campaigns: whom we asked, what they answered, and the deals that came of it.

Words: a *campaign* is one effort to reach people (a fair, a mailing, calls); its *members* are the leads and
people it reached, each with a *response*; a deal has at most one *source*, the campaign that somebody says it
came from, and is *influenced* by every campaign to which its customer or contact responded before it closed.
"""
