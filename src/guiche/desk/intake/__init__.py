"""The call before it is a ticket: reading, facts, draft."""
