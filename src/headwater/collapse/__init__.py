"""Model collapse: theory, engines, models, mixing plans, recursion runs and forecasts."""
