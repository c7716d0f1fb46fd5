"""Building events: seeds, filling, arming with trials, shape learning, shrinking. Knows no target."""
