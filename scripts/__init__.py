"""Tools of the developers: the browser the tests drive, the pictures of the README."""
