"""What a program is compiled for: tokenizer, chat template, seams and cache rules."""
