"""The playground: choose or draw an architecture, run it, break it, read what it cost."""

from ui import frame, state
from ui.board import board
from ui.stage import workspace
from ui.toolbar import toolbar

frame.complete()

store = state.store()
toolbar(store)
workspace()
board()
