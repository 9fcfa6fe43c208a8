"""How a claim comes in: channels, calls, contacts, drafts, repeats, risk words."""
