"""The campaign: what is tried, in which order, within which budget, and what becomes a finding."""
