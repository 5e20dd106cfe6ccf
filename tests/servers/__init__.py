"""Real servers that the tests start themselves: throw-away, on loopback, gone afterwards."""
