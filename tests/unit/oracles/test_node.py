"""What the sensors of a Node.js runtime tell, judged."""
