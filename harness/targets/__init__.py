"""Ways to invoke a function. Every target speaks the protocol of harness.targets.base."""
