"""What goes out: releases and all that stands in them, and the queries over a release."""
