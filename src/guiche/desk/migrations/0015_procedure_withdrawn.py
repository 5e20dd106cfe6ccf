from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0014_limits'),
    ]

    operations = [
        migrations.AddField(
            model_name='procedureversion',
            name='withdrawn',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
