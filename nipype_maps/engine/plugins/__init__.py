"""nipype execution plugins that neither hang nor lose a failure; public as `nipype_maps.plugins`."""
