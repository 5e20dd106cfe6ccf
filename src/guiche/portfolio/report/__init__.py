"""What people read of an audit: the page, the calendar, what changed since an earlier one.

`page.Page` draws one file of HTML, `calendar.calendar` one of entries, `changes` tells a
`guiche.portfolio.difference.Difference` in words. All read batches of `COLUMNS` as they come, and
keep no more of them than what they say.
"""
