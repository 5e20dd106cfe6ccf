"""What a customer sees and sends without an account: the link of one call, the page of a ticket."""
