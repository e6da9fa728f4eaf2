"""The control plane: readable SimPy processes with clocks, between whose events the compiled data plane advances."""
