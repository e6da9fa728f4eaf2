"""Faultline in the browser: ``streamlit run app.py``."""

import streamlit as st

from ui import frame, warmup
from ui.style import ICON, LOGO, style

st.set_page_config(page_title="Faultline", page_icon=ICON, layout="wide", initial_sidebar_state="collapsed")
frame.begin()
warmup.begin()
style()
st.logo(LOGO, size="large")
page = st.navigation(
    [
        st.Page("pages/playground.py", title="Playground", icon=":material/account_tree:", default=True),
        st.Page("pages/reference.py", title="Components", icon=":material/widgets:"),
        st.Page("pages/how_it_works.py", title="How it works", icon=":material/menu_book:"),
        st.Page("pages/how_do_we_know.py", title="How do we know?", icon=":material/fact_check:"),
    ],
    position="top",
)
page.run()
