"""nipype execution plugins that neither hang nor lose a failure; `nipype_maps.plugins` is their door."""
