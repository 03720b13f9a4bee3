"""The other engines that the models run on, each started from nothing and gone afterwards."""
