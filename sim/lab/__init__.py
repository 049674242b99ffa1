"""The laboratory: experiments, their folders, and how they came to be.

With the command line it is the only part of `sim` that knows `policies` and `reports`.
"""
