"""Tables that note which services the city's files had."""
