"""How the desk is: for load balancers (probes), for monitoring (metrics), for the operator."""
