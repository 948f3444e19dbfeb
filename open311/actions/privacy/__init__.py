"""Personal data: its kinds, and three engines that walk them: export, erasing on request, retention."""
