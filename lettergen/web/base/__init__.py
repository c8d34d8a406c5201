"""What every page is made with: who may enter, what a view is given, and how things are shown."""
