"""The top floor: driver, planner, explain, command line; all that joins the other floors."""
