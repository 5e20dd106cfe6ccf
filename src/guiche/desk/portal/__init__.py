"""What a customer sends of a certificate without an account: the link of one call."""
