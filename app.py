"""Faultline in the browser: ``streamlit run app.py``."""

import streamlit as st

from ui import warmup
from ui.style import style

st.set_page_config(page_title="Faultline", page_icon=":material/crisis_alert:", layout="wide", initial_sidebar_state="collapsed")
warmup.begin()
style()
page = st.navigation(
    [
        st.Page("pages/playground.py", title="Playground", icon=":material/account_tree:", default=True),
        st.Page("pages/how_it_works.py", title="How it works", icon=":material/menu_book:"),
    ],
    position="top",
)
page.run()
