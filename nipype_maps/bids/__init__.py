"""BIDS: names and sidecars of files, data sets, and tables.

names       entities, entity_order, spaces, atlas, result_names, pairing (does a file belong to a run?)
sidecars    sidecar_schema (every entry), json_kinds (their types), sidecars, extractions, provenance
maps        atlas_queries (maps by name), templateflow (its archive)
runs        runs, timing (repetition time), inheritance (which JSON files apply)
data sets   dataset (the folder), derivatives (find runs), run_selection (choose), participant_files
tables      tables, text_tables, decimal_commas, column_names, signals
labels      the package labels: names of maps, from the label tables of atlases
"""
