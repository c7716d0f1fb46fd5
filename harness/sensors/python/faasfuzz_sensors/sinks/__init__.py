"""One class of sinks a file. Audit sinks have EVENTS: event name -> function giving
(category, operation, arguments), or None when the event does not matter."""
