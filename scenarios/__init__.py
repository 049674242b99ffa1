"""The shipped scenarios: one YAML file each, with its tables beside it. There is no code here.

They are read through `importlib.resources`, so that they are found wherever the package is installed:
`orderlab list scenarios` names them, `orderlab run us_parcel` plays one, and `orderlab new DIR` copies the
two commented files of `starter/`.
"""
