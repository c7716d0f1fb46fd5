"""What is seen of an invocation from outside: the local cloud, callbacks, decoys."""
