"""The tabs under the charts, one file each: a function ``panel(view)``."""
