"""Names of an atlas's maps, from label tables as atlases have them.

labels   `Labels`, and how they are found: given, beside the maps, or ``map-01`` and so on
beside   the files that may have them, by their names
tables   label tables (.tsv, .csv)
lists    JSON and text files, and lists of good components
by_label rows of maps that name themselves by ``label-``
fitting  a file's names as those of so many maps: background, counts, repeated names
"""

from .beside import label_files
from .fitting import default_map_names
from .labels import Labels, labels_of

__all__ = ["Labels", "default_map_names", "label_files", "labels_of"]
