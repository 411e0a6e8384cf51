"""What a closed bill says on paper and in a mail: printed words, figures that add up, and the PDF they are set in."""
