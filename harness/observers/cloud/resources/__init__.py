"""How each kind of declared resource is made in the local cloud: one module a service."""
