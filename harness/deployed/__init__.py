"""What everything that reaches a deployed cloud shares: scope, caps, audit log, journal, session.

Nothing here knows what is tested; discovery and targets both go through it.
"""
