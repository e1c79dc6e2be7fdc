from django.db import models


class Ticket(models.Model):
    subject = models.CharField(max_length=300)
    body = models.TextField()


class Answer(models.Model):
    public_id = models.UUIDField(unique=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="answers")
    text = models.TextField()
    created = models.DateTimeField()
    tokens = models.IntegerField(default=0)
