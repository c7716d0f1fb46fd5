"""The catalogues: event templates, payloads and rules, loaded from files and checked."""
