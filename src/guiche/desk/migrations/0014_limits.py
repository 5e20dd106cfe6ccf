from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0013_figures'),
    ]

    operations = [
        migrations.AddField(
            model_name='apitoken',
            name='counted',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='apitoken',
            name='counted_in',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('submitted', 'Chamado aberto'), ('forwarded', 'Encaminhado'), ('forwarded_again', 'Encaminhado de novo'), ('waiting', 'Aguardando o cliente'), ('resumed', 'Retomado'), ('returned', 'Devolvido ao suporte'), ('resolved', 'Resolvido'), ('cancelled', 'Cancelado'), ('reopened', 'Reaberto'), ('claimed', 'Assumido'), ('handed_over', 'Passado adiante'), ('released', 'Liberado'), ('undone', 'Desfeito'), ('attempted', 'Tentativa de contato'), ('informed', 'Protocolo informado ao cliente'), ('numbered', 'Número no sistema da empresa'), ('heard', 'Mudou no sistema da empresa'), ('ordered', 'Novo certificado pedido'), ('checked', 'Novo certificado lido'), ('erased', 'Dados do cliente apagados'), ('ending', 'Prazo de retorno perto do fim'), ('overdue', 'Prazo de retorno vencido'), ('relinked', 'Link do cliente trocado'), ('customer_phone', 'Cliente mandou um telefone'), ('customer_answer', 'Cliente respondeu'), ('customer_file', 'Cliente mandou um arquivo'), ('attached', 'Arquivo anexado')], max_length=20),
        ),
    ]
