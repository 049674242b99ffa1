"""The laboratory: experiments, their folders, and how they came to be.

The commands carry them out; from Python they are `sim.Experiment` and `sim.sweep`. They know nothing of the commands.
"""
