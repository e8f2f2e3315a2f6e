"""How a form is read back: tables found by their titles, rows matched with what was asked, figures judged."""
