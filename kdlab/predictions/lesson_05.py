"""Predictions of lesson 05, The article on CIFAR-10."""

from kdlab.lessons.answers import Answers

answers = Answers("05_the_article_on_cifar10")
