"""Ways on which files arrive; a channel knows who sends, it never opens what is sent."""
